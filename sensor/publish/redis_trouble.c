/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server's error replies mean for what was sent.
 */
#include "publish/redis.h"

enum redis_trouble
redis_trouble_of(struct bytes error)
{
	static const struct {
		struct bytes word;
		enum redis_trouble trouble;
	} rows[] = {
		{ { (const uint8_t *)"OOM", 3 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"LOADING", 7 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"BUSY", 4 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"MISCONF", 7 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"MASTERDOWN", 10 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"TRYAGAIN", 8 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"CLUSTERDOWN", 11 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"NOREPLICAS", 10 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"READONLY", 8 }, REDIS_TROUBLE_MOVES },
		{ { (const uint8_t *)"MOVED", 5 }, REDIS_TROUBLE_MOVES },
		{ { (const uint8_t *)"NOAUTH", 6 }, REDIS_TROUBLE_SETTINGS },
		{ { (const uint8_t *)"NOPERM", 6 }, REDIS_TROUBLE_SETTINGS },
		{ { (const uint8_t *)"WRONGPASS", 9 }, REDIS_TROUBLE_SETTINGS },
		{ { (const uint8_t *)"WRONGTYPE", 9 }, REDIS_TROUBLE_SETTINGS },
	};
	struct bytes word = bytes_split(&error, ' ');

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal(word, rows[i].word))
			return rows[i].trouble;
	return REDIS_TROUBLE_LASTS;
}
