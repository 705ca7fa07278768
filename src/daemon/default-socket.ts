/** Where the daemon listens if nobody says otherwise. */
export const DEFAULT_SOCKET = "/run/umlnet-nl/umlnet-nl.sock";
