// Times whole processes: a line of words, separated by tabs, is one command. Answers `ok NS` or `no STATUS`.
// It runs in the network namespace of its peer, so that no command has to enter it, and uses vfork, so that the size
// of the parent does not matter. The output of commands goes to the file named on our command line.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv) {
	char line[1 << 14];
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(
		&files, 1, argc > 1 ? argv[1] : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	while (fgets(line, sizeof line, stdin)) {
		char *words[256];
		int count = 0;
		line[strcspn(line, "\n")] = 0;
		for (char *word = strtok(line, "\t"); word && count < 255; word = strtok(NULL, "\t"))
			words[count++] = word;
		words[count] = NULL;
		if (!count) continue;
		long start = now();
		pid_t pid;
		int status, error = posix_spawnp(&pid, words[0], &files, NULL, words, environ);
		if (error) {
			printf("no %s\n", strerror(error));
		} else {
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
			if (status) printf("no %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
			else printf("ok %ld\n", now() - start);
		}
		fflush(stdout);
	}
	return 0;
}
