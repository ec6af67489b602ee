/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of a Certificate message; the first octet says whether what follows is a list, or one certificate to be put into
 * one.
 */
#include <stdlib.h>
#include <string.h>

#include "protocol/tls_certificate.h"

#define MOST 70000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t list[MOST + 6];
	struct bytes body = bytes_skip(bytes_of(data, size), 1);
	struct tls_report report = { 0 };
	struct arena arena;

	if (size == 0 || size > MOST)
		return 0;
	if ((data[0] & 1) == 0) {
		for (int i = 0; i < 3; i++) {
			list[i] = (uint8_t)((body.len + 3) >> 8 * (2 - i));
			list[3 + i] = (uint8_t)(body.len >> 8 * (2 - i));
		}
		if (body.len > 0)
			memcpy(list + 6, body.at, body.len);
		body = bytes_of(list, body.len + 6);
	}
	arena_init(&arena);
	tls_certificates_read(body, &report, &arena);
	if (report.certificate_count > TLS_CHAIN_MAX)
		abort();
	for (size_t i = 0; i < report.certificate_count; i++) {
		const struct tls_certificate *c = &report.certificates[i];

		if (c->subject_text.len > TLS_NAME_MAX || c->issuer_text.len > TLS_NAME_MAX || c->names.len > TLS_NAMES_MAX)
			abort();
	}
	arena_clear(&arena);
	return 0;
}
