/** How many bytes of elements a message has: their list is one attribute, whose length has 16 bits. */
export const MAX_LIST_BYTES = 60_000;
