/** linux/sock_diag.h. */

export const SOCK_DIAG_BY_FAMILY = 20;
export const SOCK_DESTROY = 21;
