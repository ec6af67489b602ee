/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/talk.h"

#include <stdio.h>

const char *
talk_user(uint64_t number)
{
	static char name[32];

	snprintf(name, sizeof(name), "user%llu", (unsigned long long)(number % 5000));
	return name;
}

const char *
talk_host(uint64_t number)
{
	static char name[48];

	snprintf(name, sizeof(name), "host%llu.branch%llu.example.net", (unsigned long long)(number % 997),
	    (unsigned long long)(number % 31));
	return name;
}
