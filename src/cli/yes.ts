/** The help for the flag --yes. */
export const YES =
	"do it even if it cuts the SSH connection of this session, which is refused without this or --confirm-within";
