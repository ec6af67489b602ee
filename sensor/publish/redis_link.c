/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_link.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "publish/redis_address.h"

/* Replies to what we send are short: whatever comes past this at once waits in the kernel. */
#define READ_AT_ONCE 65536

/* A peer that vanished without a word is noticed within about a minute. */
#define KEEPALIVE_SECONDS 20

struct redis_link {
	struct event_base *base;
	struct redis_link_events events;
	char *host;              /* or the path of a unix socket */
	uint16_t port;           /* 0: unix socket */
	struct evdns_base *dns;
	struct bufferevent *io;  /* NULL: closed */
	struct event *patience;  /* while connecting */
	redisReader *reader;
	bool connected;
};

static bool
parse_address(struct redis_link *l, const char *text)
{
	struct redis_address address;

	if (!redis_address_parse(text, &address))
		return false;
	l->port = address.port;
	l->host = strdup(address.host);
	return l->host != NULL;
}

void
redis_link_close(struct redis_link *l)
{
	if (l->io != NULL)
		bufferevent_free(l->io);
	if (l->reader != NULL)
		redisReaderFree(l->reader);
	if (l->patience != NULL)
		(void)event_del(l->patience);
	l->io = NULL;
	l->reader = NULL;
	l->connected = false;
}

static void
go_down(struct redis_link *l, const char *why)
{
	redis_link_close(l);
	l->events.down(l->events.arg, why);
}

static void
on_read(struct bufferevent *io, void *arg)
{
	struct redis_link *l = arg;
	struct evbuffer *in = bufferevent_get_input(io);
	size_t len = evbuffer_get_length(in);

	if (redisReaderFeed(l->reader, (const char *)evbuffer_pullup(in, -1), len) != REDIS_OK) {
		go_down(l, "the server's reply cannot be read: not enough memory");
		return;
	}
	(void)evbuffer_drain(in, len);
	while (l->reader != NULL) {
		void *reply = NULL;

		if (redisReaderGetReply(l->reader, &reply) != REDIS_OK) {
			go_down(l, "the server's reply is not the Redis protocol: is this a Redis server?");
			return;
		}
		if (reply == NULL)
			return;
		l->events.reply(l->events.arg, reply);
		freeReplyObject(reply);
	}
}

static void
on_write(struct bufferevent *io, void *arg)
{
	struct redis_link *l = arg;

	(void)io;
	if (l->connected)
		l->events.room(l->events.arg);
}

static void
on_connected(struct redis_link *l)
{
	int on = 1, idle = KEEPALIVE_SECONDS, count = 2;
	evutil_socket_t fd = bufferevent_getfd(l->io);

	if (l->port != 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
		(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof(idle));
		(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
	(void)event_del(l->patience);
	l->connected = true;
	l->events.up(l->events.arg);
}

static void
on_event(struct bufferevent *io, short what, void *arg)
{
	struct redis_link *l = arg;
	int dns_error = bufferevent_socket_get_dns_error(io);
	char why[256];

	if ((what & BEV_EVENT_CONNECTED) != 0) {
		on_connected(l);
		return;
	}
	if ((what & BEV_EVENT_EOF) != 0)
		snprintf(why, sizeof(why), "the server closed the connection");
	else if (dns_error != 0)
		snprintf(why, sizeof(why), "the name %s is not found: %s", l->host, evutil_gai_strerror(dns_error));
	else
		snprintf(why, sizeof(why), "%s", evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	go_down(l, why);
}

static void
on_patience(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	go_down(arg, "no connection within publish.redis.connect_timeout");
}

struct redis_link *
redis_link_new(struct event_base *base, const char *address, const struct redis_link_events *events, char *error,
    size_t error_room)
{
	struct redis_link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->base = base;
	l->events = *events;
	if (!parse_address(l, address)) {
		snprintf(error, error_room,
		    "publish.redis.address %s: say host:port, [v6]:port or unix:/path/to/socket", address);
		redis_link_free(l);
		return NULL;
	}
	l->patience = evtimer_new(base, on_patience, l);
	if (l->port != 0)
		l->dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (l->patience == NULL || (l->port != 0 && l->dns == NULL)) {
		snprintf(error, error_room, "publish.redis: not enough memory");
		redis_link_free(l);
		return NULL;
	}
	/* Without name servers only addresses and /etc/hosts serve, which is enough for many. */
	if (l->dns != NULL)
		(void)evdns_base_resolv_conf_parse(l->dns, DNS_OPTIONS_ALL, "/etc/resolv.conf");
	return l;
}

static int
begin_connect(struct redis_link *l)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (l->port != 0)
		return bufferevent_socket_connect_hostname(l->io, l->dns, AF_UNSPEC, l->host, l->port);
	memcpy(un.sun_path, l->host, strlen(l->host));
	return bufferevent_socket_connect(l->io, (struct sockaddr *)&un, (int)sizeof(un));
}

void
redis_link_open(struct redis_link *l, usec_t timeout)
{
	struct timeval patience = { .tv_sec = timeout / USEC_PER_SEC, .tv_usec = timeout % USEC_PER_SEC };

	redis_link_close(l);
	l->io = bufferevent_socket_new(l->base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	l->reader = redisReaderCreate();
	if (l->io == NULL || l->reader == NULL) {
		go_down(l, "not enough memory");
		return;
	}
	bufferevent_setcb(l->io, on_read, on_write, on_event, l);
	bufferevent_setwatermark(l->io, EV_READ, 0, READ_AT_ONCE);
	(void)event_add(l->patience, &patience);
	if (begin_connect(l) != 0)
		go_down(l, evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	else if (l->io != NULL)
		(void)bufferevent_enable(l->io, EV_READ | EV_WRITE);
}

bool
redis_link_send(struct redis_link *l, struct bytes b)
{
	return l->io != NULL && bufferevent_write(l->io, b.at, b.len) == 0;
}

size_t
redis_link_unsent(const struct redis_link *l)
{
	return l->io == NULL ? 0 : evbuffer_get_length(bufferevent_get_output(l->io));
}

void
redis_link_free(struct redis_link *l)
{
	if (l == NULL)
		return;
	redis_link_close(l);
	if (l->patience != NULL)
		event_free(l->patience);
	if (l->dns != NULL)
		evdns_base_free(l->dns, 0);
	free(l->host);
	free(l);
}
