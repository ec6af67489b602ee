/* SPDX-License-Identifier: Apache-2.0
 *
 * A TLS connection out of the fuzzer's octets: each stretch is a control octet (bit 0: who speaks; bit 1: a gap; bit 2: an
 * octet of length follows for the upper half) and its bytes. The first octet decides how it begins.
 */
#include <stdlib.h>
#include <string.h>

#include "protocol/tls.h"

static void
look(size_t *sum, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		*sum += b.at[i];
}

static void
observe(void *arg, const struct observation *o)
{
	size_t *sum = arg;
	const struct tls_report *r = o->tls;

	if (o->kind != OBSERVED_TLS)
		return;
	/* Everything that is handed out can be read. */
	look(sum, r->server_name_text);
	look(sum, r->next_protocol);
	for (size_t i = 0; i < r->alpn_offered.len; i++)
		look(sum, r->alpn_offered.at[i]);
	for (size_t i = 0; i < r->certificate_count; i++) {
		look(sum, r->certificates[i].subject_text);
		look(sum, r->certificates[i].issuer_text);
		look(sum, r->certificates[i].serial);
		for (size_t k = 0; k < r->certificates[i].names.len; k++)
			look(sum, r->certificates[i].names.at[k]);
	}
	if (strlen(r->ja3) >= JA3_TEXT_MAX || strlen(r->ja4) >= JA4_TEXT_MAX || (r->established && !r->has_server_hello))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct protocol_limits limits = { .observations = 5 };
	struct session session = { .protocol = MAIL_TLS, .midstream = size > 0 && data[0] == 0xff };
	size_t sum = 0, used;
	struct protocol_context context = { .session = &session, .limits = &limits, .observe = observe, .observe_arg = &sum,
		.starttls = size > 0 && data[0] == 0xfe };
	struct session_report report = { .end = SESSION_FIN };
	struct bytes in = bytes_of(data, size);
	struct arena arena;
	void *parser = protocol_tls.open(&context);

	if (parser == NULL)
		return 0;
	for (usec_t time = 1; in.len > 0; time += 1000000) {
		uint8_t control = in.at[0];
		enum direction from = (control & 1) != 0 ? FROM_SERVER : FROM_CLIENT;
		size_t len = control >> 3;
		struct bytes piece;

		in = bytes_skip(in, 1);
		if ((control & 4) != 0 && in.len > 0) {
			len = len << 8 | in.at[0];
			in = bytes_skip(in, 1);
		}
		piece = bytes_first(in, len);
		in = bytes_skip(in, piece.len);
		if ((control & 2) != 0)
			(void)protocol_tls.gap(parser, from, len + 1, time);
		if (piece.len == 0)
			continue;
		(void)protocol_tls.data(parser, from, piece, time, &used);
		if (used != piece.len)
			abort();
	}
	protocol_tls.finish(parser, 2);
	arena_init(&arena);
	protocol_tls.report(parser, &report, &arena);
	if (report.has_estimate && !report.estimate.has_fetched && report.estimate.fetched != 0)
		abort();
	arena_clear(&arena);
	protocol_tls.close(parser);
	return 0;
}
