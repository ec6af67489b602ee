/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/endpoint.h"
#include "base/text.h"
#include "message/digest.h"

/* As RFC 2253 has it, but letters beyond ASCII as they are. */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

static struct bytes
keep_text(struct arena *arena, struct bytes in)
{
	struct buffer text;
	struct bytes kept;

	buffer_init(&text, TLS_NAME_MAX);
	(void)text_append(&text, in, TLS_NAME_MAX);
	kept = arena_copy(arena, buffer_bytes(&text));
	buffer_clear(&text);
	return kept;
}

static struct bytes
distinguished_name(const X509_NAME *name, struct arena *arena)
{
	BIO *out = BIO_new(BIO_s_mem());
	struct bytes text = { NULL, 0 };
	char *at;
	long len;

	if (out != NULL && X509_NAME_print_ex(out, name, 0, NAME_FLAGS) >= 0 && (len = BIO_get_mem_data(out, &at)) > 0)
		text = keep_text(arena, bytes_of(at, (size_t)len));
	BIO_free(out);
	return text;
}

static int64_t
seconds_of(const ASN1_TIME *time)
{
	struct tm tm;

	return time != NULL && ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : -1;
}

/* A name that is a DNS name or an address; empty for one of another kind. */
static struct bytes
alternative_name(const GENERAL_NAME *name, struct arena *arena)
{
	char text[ADDRESS_TEXT_MAX];
	struct address address = { 0 };
	const ASN1_STRING *string;
	size_t len;

	if (name->type != GEN_DNS && name->type != GEN_IPADD)
		return bytes_of(NULL, 0);
	string = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
	len = (size_t)ASN1_STRING_length(string);
	if (name->type == GEN_DNS)
		return keep_text(arena, bytes_of(ASN1_STRING_get0_data(string), len));
	if (len != 4 && len != 16)
		return bytes_of(NULL, 0);
	address.family = len == 4 ? 4 : 6;
	memcpy(address.ip, ASN1_STRING_get0_data(string), len);
	(void)address_text(text, &address);
	return arena_copy(arena, bytes_str(text));
}

static struct slices
alternative_names(X509 *x, struct arena *arena)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	int count = all == NULL ? 0 : sk_GENERAL_NAME_num(all);
	struct bytes *at = count == 0 ? NULL : arena_room(arena, TLS_NAMES_MAX, sizeof(*at));
	struct slices names = { .at = at };

	for (int i = 0; i < count && at != NULL; i++) {
		struct bytes name;

		if (names.len == TLS_NAMES_MAX) {
			names.dropped = (uint64_t)(count - i);
			break;
		}
		name = alternative_name(sk_GENERAL_NAME_value(all, i), arena);
		if (name.len > 0)
			at[names.len++] = name;
	}
	GENERAL_NAMES_free(all);
	return names;
}

static struct bytes
serial_number(const X509 *x, struct arena *arena)
{
	static const char digits[] = "0123456789ABCDEF";
	enum { MOST = 32 }; /* RFC 5280 section 4.1.2.2 has 20 octets at most */
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	size_t len = (size_t)ASN1_STRING_length(serial);
	const uint8_t *at = ASN1_STRING_get0_data(serial);
	char text[2 * MOST];

	if (len > MOST)
		return bytes_of(NULL, 0);
	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[at[i] >> 4];
		text[2 * i + 1] = digits[at[i] & 15];
	}
	return arena_copy(arena, bytes_of(text, 2 * len));
}

static void
read_one(struct bytes der, struct tls_certificate *c, struct digest *digest, struct arena *arena)
{
	const uint8_t *at = der.at;
	X509 *x;

	*c = (struct tls_certificate){ .not_before = -1, .not_after = -1 };
	digest_begin(digest);
	digest_push(digest, der);
	(void)digest_finish(digest, NULL, c->sha1, c->sha256);
	if (der.len == 0 || der.len > TLS_CERTIFICATE_MAX)
		return;
	x = d2i_X509(NULL, &at, (long)der.len);
	if (x != NULL) {
		const X509_NAME *subject = X509_get_subject_name(x), *issuer = X509_get_issuer_name(x);

		c->subject_text = distinguished_name(subject, arena);
		c->issuer_text = distinguished_name(issuer, arena);
		c->serial = serial_number(x, arena);
		c->names = alternative_names(x, arena);
		c->not_before = seconds_of(X509_get0_notBefore(x));
		c->not_after = seconds_of(X509_get0_notAfter(x));
		c->self_signed = X509_NAME_cmp(subject, issuer) == 0;
		X509_free(x);
	}
	/* What the library noted about malformed ones would pile up. */
	ERR_clear_error();
}

void
tls_certificates_read(struct bytes body, struct tls_report *r, struct arena *arena)
{
	struct cursor list = cursor_of(body);
	struct tls_certificate *at = arena_room(arena, TLS_CHAIN_MAX, sizeof(*at));
	uint32_t len = cursor_be24(&list);
	struct digest digest;

	if (at == NULL)
		return;
	r->certificates_cut |= list.failed || len != list.left.len;
	digest_init(&digest, DIGEST_SHA1 | DIGEST_SHA256);
	while (list.left.len > 0) {
		struct bytes der = cursor_take(&list, cursor_be24(&list));

		if (list.failed) {
			r->certificates_cut = true;
			break;
		}
		if (r->certificate_count == TLS_CHAIN_MAX)
			r->certificates_dropped++;
		else
			read_one(der, &at[r->certificate_count++], &digest, arena);
	}
	digest_clear(&digest);
	r->certificates = at;
}
