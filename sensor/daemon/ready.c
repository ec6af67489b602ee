/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ready.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"

static struct sockaddr_un manager;
static socklen_t manager_len; /* 0: nobody listens */
static usec_t watchdog;

void
ready_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET"), *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t span, whom = (uint64_t)getpid();

	manager_len = 0;
	watchdog = 0;
	if (path != NULL && (path[0] == '/' || path[0] == '@') && strlen(path) < sizeof(manager.sun_path)) {
		manager = (struct sockaddr_un){ .sun_family = AF_UNIX };
		memcpy(manager.sun_path, path, strlen(path));
		manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
		if (path[0] == '@')
			manager.sun_path[0] = '\0'; /* an abstract name */
		else
			manager_len++;
	}
	if (pid != NULL)
		(void)bytes_decimal(bytes_str(pid), INT32_MAX, &whom);
	if (usec != NULL && whom == (uint64_t)getpid() && bytes_decimal(bytes_str(usec), INT64_MAX, &span))
		watchdog = (usec_t)span / 3;
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

static void
tell(const char *text)
{
	int fd;

	if (manager_len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&manager, manager_len);
	(void)close(fd);
}

static void
tell_with_status(const char *word, const char *status)
{
	char text[512];

	snprintf(text, sizeof(text), "%sSTATUS=%s", word, status);
	tell(text);
}

void
ready_up(const char *status)
{
	tell_with_status("READY=1\n", status);
}

void
ready_status(const char *status)
{
	tell_with_status("", status);
}

/* systemd wants to know when the reload began, on the monotonic clock (sd_notify(3)). */
void
ready_reloading(void)
{
	char text[128];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=reloading",
	    (long long)clock_monotonic());
	tell(text);
}

void
ready_stopping(const char *status)
{
	tell_with_status("STOPPING=1\n", status);
}

void
ready_watchdog(void)
{
	tell("WATCHDOG=1");
}

usec_t
ready_watchdog_interval(void)
{
	return watchdog;
}
