/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/background.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's end of the pipe on which it says that it is up; -1: no parent waits. */
static int parent = -1;

bool
background_is_managed(void)
{
	return getenv("NOTIFY_SOCKET") != NULL || getenv("INVOCATION_ID") != NULL;
}

/* Waits until the child says that it is up, or ends. */
static void
wait_for_child(int from, pid_t child)
{
	char word;
	int status = 0;

	if (read(from, &word, 1) == 1)
		_exit(0);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(1);
}

bool
background_enter(void)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	child = fork();
	if (child < 0) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		return false;
	}
	if (child > 0) {
		(void)close(ends[1]);
		wait_for_child(ends[0], child);
	}
	(void)close(ends[0]);
	parent = ends[1];
	(void)setsid();
	return chdir("/") == 0;
}

void
background_up(void)
{
	int null;

	if (parent < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd);
	if (null > 2)
		(void)close(null);
	if (write(parent, "u", 1) != 1)
		_exit(1);
	(void)close(parent);
	parent = -1;
}
