/** The greatest size of the elements in a message. Their list is one attribute, whose length has 16 bits. */
export const MAX_LIST_BYTES = 60_000;
