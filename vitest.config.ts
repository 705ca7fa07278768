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
		// Generous, because the machine may be busy: this limit is only for tests that hang.
		testTimeout: process.env.UMLNET_FAULTS === "all" ? 3_600_000 : 600_000,
		hookTimeout: 600_000,
		// Without a code cache, so that no command depends on earlier ones. test/cli/loader.test.ts tests the cache.
		env: { NODE_DISABLE_COMPILE_CACHE: "1" },
	},
});
