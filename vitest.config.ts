import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: [
			"test/**/*.test.ts",
			// Campaigns that still find deviations: `npm run test:faults` runs them, and they have no share in `npm test` yet.
			...(process.env.UMLNET_FAULTS === "all" ? ["test/fault/*.campaign.ts"] : []),
		],
		// Kernel tests enter network namespaces with setns(2), which belongs to a thread: one process per file.
		pool: "forks",
		maxWorkers: 2,
		// A machine may be busy: what a test waits for has its deadline from the work, this one is for what hangs.
		testTimeout: process.env.UMLNET_FAULTS === "all" ? 3_600_000 : 600_000,
		hookTimeout: 600_000,
		// What a command does must not depend on whether one ran before it: test/cli/loader.test.ts sees to that.
		env: { NODE_DISABLE_COMPILE_CACHE: "1" },
	},
});
