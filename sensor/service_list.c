/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of protocols and software are from our own tables: nothing in them needs escaping.
 */
#include "service_list.h"

#include <stdio.h>
#include <stdlib.h>

struct list {
	FILE *out;
	size_t count, skip;
};

static void
count(void *arg, const struct service *s, uint64_t clients, unsigned change, usec_t time)
{
	(void)s;
	(void)clients;
	(void)change;
	(void)time;
	((struct list *)arg)->count++;
}

static void
put(void *arg, const struct service *s, uint64_t clients, unsigned change, usec_t time)
{
	struct list *l = arg;
	char server[ENDPOINT_TEXT_MAX], first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];

	(void)change;
	(void)time;
	if (l->skip > 0) {
		l->skip--;
		return;
	}
	fprintf(l->out,
	    "%s{\"server\":\"%s\",\"protocol\":\"%s\",\"encryption\":\"%s\",\"software\":\"%s\",\"internal\":%s,"
	    "\"clients\":%llu,\"sessions\":%llu,\"bytes\":%llu,\"first_seen\":\"%s\",\"last_seen\":\"%s\"}",
	    l->count++ == 0 ? "" : ",", endpoint_text(server, &s->server), mail_protocol_name(s->protocol),
	    s->implicit_tls ? "tls" : s->starttls ? "starttls" : "none", s->software, s->internal ? "true" : "false",
	    (unsigned long long)clients, (unsigned long long)s->sessions, (unsigned long long)s->bytes,
	    clock_text(first, s->first), clock_text(last, s->last));
}

char *
service_list(const struct delivery *d)
{
	struct list l = { 0 };
	char *text = NULL;
	size_t len, more;

	delivery_services(d, count, &l);
	more = l.skip = l.count > SERVICE_LIST_MAX ? l.count - SERVICE_LIST_MAX : 0;
	l.count = 0;
	l.out = open_memstream(&text, &len);
	if (l.out == NULL)
		return NULL;
	fprintf(l.out, "{\"more\":%zu,\"services\":[", more);
	delivery_services(d, put, &l);
	fputs("]}", l.out);
	if (fclose(l.out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
