/* SPDX-License-Identifier: Apache-2.0
 *
 * service: a mail server that was seen at work: where, what it speaks, how it encrypts, what it runs on.
 */
#ifndef DETECT_SERVICE_H
#define DETECT_SERVICE_H

#include "observe/observation.h"

#define SERVICE_SOFTWARE_MAX 40

struct service {
	usec_t last, first;
	uint64_t bytes, sessions; /* payload both ways; connections that were over */
	struct endpoint server;
	enum mail_protocol protocol; /* MAIL_TLS: what is inside is not known; the port tells */
	bool implicit_tls, starttls, internal;
	char software[SERVICE_SOFTWARE_MAX]; /* from the greeting or the certificate; empty: not known */
};

/* What changed, as bits; 0 and a first sight are one. */
enum service_change { SERVICE_NEW = 1, SERVICE_PROTOCOL = 2, SERVICE_ENCRYPTION = 4, SERVICE_SOFTWARE = 8 };

/* Hears of services; `clients`: different client addresses over the last month, about. */
typedef void service_listener(void *arg, const struct service *, uint64_t clients, unsigned change, usec_t time);

/* The name of a product in a greeting ("220 mx ESMTP Postfix"): static, or NULL. */
const char *service_software(struct bytes greeting);

#endif
