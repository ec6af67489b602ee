/* SPDX-License-Identifier: Apache-2.0
 *
 * service_list: the mail servers that are known, as the answer to `mailtapctl services`.
 */
#ifndef SERVICE_LIST_H
#define SERVICE_LIST_H

#include "delivery.h"

/* More are left out, those not seen for longest, and "more" says how many. */
#define SERVICE_LIST_MAX 5000

/* A JSON object; the caller frees it. NULL when memory is short. */
char *service_list(const struct delivery *);

#endif
