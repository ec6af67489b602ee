/* SPDX-License-Identifier: Apache-2.0
 *
 * measure SECONDS OUT PROGRAM [ARGUMENT]...: runs a program, what it prints going to the file OUT, and tells what it
 * cost: status, user and system seconds, wall seconds, peak RSS in KiB. It is small, because a new process is charged
 * with the peak of the one it was born from. A program that takes longer than SECONDS of CPU is ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
become(unsigned long limit, const char *out, char **argv)
{
	struct rlimit most = { limit, limit + 2 };
	int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
	    null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || null < 0 || dup2(null, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 ||
	    setrlimit(RLIMIT_CPU, &most) != 0)
		_exit(126);
	(void)execvp(argv[0], argv);
	fprintf(stderr, "measure: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int
main(int argc, char **argv)
{
	unsigned long limit = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
	struct rusage used;
	double start;
	int status;
	pid_t child;

	if (limit == 0) {
		fprintf(stderr, "usage: measure SECONDS OUT PROGRAM [ARGUMENT]...\n");
		return 1;
	}
	start = now();
	child = fork();
	if (child == 0)
		become(limit, argv[2], argv + 3);
	if (child < 0 || wait4(child, &status, 0, &used) != child) {
		perror("measure");
		return 1;
	}
	printf("%d %.6f %.6f %.6f %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
	    seconds_of(used.ru_utime), seconds_of(used.ru_stime), now() - start, used.ru_maxrss);
	return 0;
}
