/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/community_id.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/base64.h"

#define TCP 6

char *
community_id(char out[COMMUNITY_ID_MAX], const struct endpoint *a, const struct endpoint *b)
{
	const struct endpoint *low = endpoint_compare(a, b) <= 0 ? a : b, *high = low == a ? b : a;
	const struct endpoint *ends[2] = { low, high };
	size_t width = a->address.family == 4 ? 4 : 16, n = 2;
	uint8_t tuple[2 + 16 + 16 + 2 + 4] = { 0 }, digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	for (int i = 0; i < 2; i++) {
		memcpy(tuple + n, ends[i]->address.ip, width);
		n += width;
	}
	tuple[n++] = TCP;
	tuple[n++] = 0;
	for (int i = 0; i < 2; i++) {
		tuple[n++] = (uint8_t)(ends[i]->port >> 8);
		tuple[n++] = (uint8_t)ends[i]->port;
	}
	out[0] = '\0';
	if (EVP_Digest(tuple, n, digest, &len, EVP_sha1(), NULL) != 1)
		return out;
	memcpy(out, "1:", 2);
	(void)base64_encode(bytes_of(digest, len), out + 2);
	return out;
}
