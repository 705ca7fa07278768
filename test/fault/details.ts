/**
 * Remove lines of a difference that follow from others: if a link has appeared or disappeared, so have its settings,
 * its forwarding entries and its port.
 */
export function withoutDetails(lines: readonly string[]): string[] {
	const links = lines.flatMap((line) => {
		const [, name, index] = /^link (\S+): is (?:new|gone) .*\bifi_index=(\d+)/.exec(line) ?? [];
		return name === undefined ? [] : [{ name, index }];
	});
	const details = links.map(
		({ name, index }) =>
			new RegExp(
				`^(/proc/sys/net: ipv[46]/\\w+/${name}/|bridge port ${name}:|netconf \\d+ ${index}:|forwarding entry ${index} )`,
			),
	);
	return lines.filter((line) => !details.some((detail) => detail.test(line)));
}
