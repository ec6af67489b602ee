/* SPDX-License-Identifier: Apache-2.0 */
#include "support/redis_server.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32

static void
run(const struct redis_server *s, const char *const *options)
{
	const char *argv[ARGUMENTS_MAX] = { "redis-server", "--port", "0", "--unixsocket", s->socket, "--dir", s->directory,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no" };
	size_t n = 0;
	int null = open("/dev/null", O_RDWR);

	while (argv[n] != NULL)
		n++;
	for (size_t i = 0; options != NULL && options[i] != NULL && n + 1 < ARGUMENTS_MAX; i++)
		argv[n++] = options[i];
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static int
answers(const struct redis_server *s)
{
	redisContext *r = redisConnectUnix(s->socket);
	redisReply *reply = r == NULL || r->err != 0 ? NULL : redisCommand(r, "PING");
	int fine = reply != NULL && (reply->type == REDIS_REPLY_STATUS || reply->type == REDIS_REPLY_ERROR) &&
	    strncmp(reply->str, "LOADING", 7) != 0;

	freeReplyObject(reply);
	if (r != NULL)
		redisFree(r);
	return fine;
}

void
redis_server_start(struct redis_server *s, const char *const *options)
{
	s->pid = fork();
	if (s->pid == 0)
		run(s, options);
	for (int i = 0; i < 200; i++) {
		if (answers(s))
			return;
		if (waitpid(s->pid, NULL, WNOHANG) == s->pid)
			break;
		(void)usleep(50000);
	}
	fprintf(stderr, "redis-server did not come up: is it installed? (make deps)\n");
	abort();
}

void
redis_server_open(struct redis_server *s, const char *const *options)
{
	snprintf(s->directory, sizeof(s->directory), "/tmp/mailtap-redis-XXXXXX");
	if (mkdtemp(s->directory) == NULL)
		abort();
	snprintf(s->socket, sizeof(s->socket), "%s/redis.sock", s->directory);
	snprintf(s->address, sizeof(s->address), "unix:%s", s->socket);
	redis_server_start(s, options);
}

void
redis_server_stop(struct redis_server *s, int hard)
{
	if (s->pid <= 0)
		return;
	(void)kill(s->pid, SIGCONT);
	(void)kill(s->pid, hard ? SIGKILL : SIGTERM);
	(void)waitpid(s->pid, NULL, 0);
	s->pid = 0;
	(void)unlink(s->socket);
}

void
redis_server_close(struct redis_server *s)
{
	char command[128];

	redis_server_stop(s, 1);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->directory);
	if (system(command) != 0)
		abort();
}
