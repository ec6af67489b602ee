/* SPDX-License-Identifier: Apache-2.0
 *
 * file: documents as JSON lines into publish.file.path (opened anew on SIGHUP), or on standard output (--print).
 */
#ifndef PUBLISH_FILE_H
#define PUBLISH_FILE_H

#include "publish/sink.h"

extern const struct sink sink_file;
extern const struct sink sink_print;

#endif
