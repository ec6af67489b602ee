/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/file.h"
#include "publish/redis.h"

const struct sink *const sinks[] = { &sink_print, &sink_file, &sink_redis, NULL };
