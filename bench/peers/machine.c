// Measures basic operations of this machine: one line for each, with its name and its times in nanoseconds.
// machine SECONDS: the longest pause after which memory is touched again.
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 4096, TIMES = 10 };

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static char *memory(void) {
	char *bytes = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED) exit(1);
	madvise(bytes, (size_t)PAGES * PAGE, MADV_NOHUGEPAGE);
	return bytes;
}

// Touch one byte of each page. The step is coprime to the number of pages, so the next page is always far away.
static double touch(volatile char *bytes) {
	double start = now();
	for (unsigned i = 0, page = 0; i < PAGES; i++, page = (page + 1663) % PAGES)
		bytes[(size_t)page * PAGE + i % 64 * 64]++;
	return (now() - start) / PAGES;
}

int main(int argc, char **argv) {
	int longest = argc > 1 ? atoi(argv[1]) : 0;
	printf("a system call that does nothing");
	for (int i = 0; i < TIMES; i++) {
		double start = now();
		for (int k = 0; k < 10000; k++) syscall(SYS_getppid);
		printf("\t%.1f", (now() - start) / 10000);
	}
	printf("\na page fault");
	for (int i = 0; i < TIMES; i++) {
		char *bytes = memory();
		printf("\t%.1f", touch(bytes));
		munmap(bytes, (size_t)PAGES * PAGE);
	}
	char *bytes = memory();
	touch(bytes);
	static const int pauses[] = {0, 1, 5, 15, 30};
	for (unsigned p = 0; p < sizeof pauses / sizeof *pauses && pauses[p] <= longest; p++) {
		printf("\na page, touched again after %d s", pauses[p]);
		for (int i = 0; i < (pauses[p] ? 1 : TIMES); i++) {
			sleep(pauses[p]);
			printf("\t%.1f", touch(bytes));
		}
	}
	printf("\n");
	return 0;
}
