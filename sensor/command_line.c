/* SPDX-License-Identifier: Apache-2.0 */
#include "command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/sink.h"

static const char usage[] =
    "mailtapd [-c FILE] [-i INTERFACE]... [-r FILE]... [--print alerts|events|all] [--set KEY=VALUE]... [-t] [-f] "
    "[-v]... [-h] [-V]\n";

static const char help[] =
    "Follows the mail conversations on a span or tap port and raises an alert when somebody seems to collect mail.\n"
    "\n"
    "  -c FILE            configuration (default " MAILTAP_SYSCONFDIR "/mailtap/mailtapd.yaml, if it is there)\n"
    "  -i INTERFACE       capture live on INTERFACE; repeatable; instead of capture.interfaces\n"
    "  -r FILE            read a pcap or pcapng file (- is standard input), then exit; repeatable\n"
    "  --print WHAT       JSON lines on standard output: alerts, events or all\n"
    "  --set KEY=VALUE    override one option, for example --set detect.upload_asymmetry.pcr=0.9; repeatable\n"
    "  -t                 check the configuration, print the effective one, exit 0 or 1\n"
    "  -f                 stay in the foreground, log to standard error\n"
    "  -v                 log more; twice: everything\n"
    "  -h, --help         this text\n"
    "  -V, --version      the version\n"
    "\n"
    "Exit status: 0 done, 1 configuration or usage error, 2 capture cannot be opened, 3 read error inside a file,\n"
    "4 something could not be delivered. Manuals: mailtapd(8), mailtapd.yaml(5), mailtap-alerts(7), mailtapctl(1).\n";

enum { OPT_PRINT = 256, OPT_SET };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "interface", required_argument, NULL, 'i' },
	{ "read", required_argument, NULL, 'r' },
	{ "print", required_argument, NULL, OPT_PRINT },
	{ "set", required_argument, NULL, OPT_SET },
	{ "test", no_argument, NULL, 't' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool
add(struct arguments *list, const char *argument)
{
	const char **at = realloc(list->at, (list->len + 1) * sizeof(*at));

	if (at == NULL)
		return false;
	at[list->len++] = argument;
	list->at = at;
	return true;
}

static bool
read_print(struct command_line *c, const char *word)
{
	static const struct {
		const char *word;
		unsigned what;
	} words[] = { { "alerts", PUBLISH_ALERTS }, { "events", PUBLISH_EVENTS }, { "all", PUBLISH_ALL } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) == 0) {
			c->print = words[i].what;
			return true;
		}
	}
	fprintf(stderr, "mailtapd: --print %s: say alerts, events or all\n", word);
	return false;
}

/* One option; false when it is wrong (said) or memory is short. */
static bool
take(struct command_line *c, int option)
{
	switch (option) {
	case 'c':
		c->config = optarg;
		return true;
	case 'i':
		return add(&c->interfaces, optarg);
	case 'r':
		return add(&c->files, optarg);
	case OPT_PRINT:
		return read_print(c, optarg);
	case OPT_SET:
		return add(&c->sets, optarg);
	case 't':
		c->test = true;
		return true;
	case 'f':
		c->foreground = true;
		return true;
	case 'v':
		c->verbose++;
		return true;
	default:
		fprintf(stderr, "usage: %s", usage);
		return false;
	}
}

enum command_line_result
command_line_read(struct command_line *c, int argc, char **argv)
{
	int option;

	*c = (struct command_line){ .config = NULL };
	optind = 1;
	while ((option = getopt_long(argc, argv, "c:i:r:tfvhV", options, NULL)) != -1) {
		if (option == 'h') {
			printf("usage: %s\n%s", usage, help);
			return COMMAND_LINE_SHOWN;
		}
		if (option == 'V') {
			printf("mailtapd %s\n", MAILTAP_VERSION);
			return COMMAND_LINE_SHOWN;
		}
		if (!take(c, option))
			return COMMAND_LINE_WRONG;
	}
	if (optind < argc) {
		fprintf(stderr, "mailtapd: %s: a file is given with -r, an interface with -i\nusage: %s", argv[optind],
		    usage);
		return COMMAND_LINE_WRONG;
	}
	if (c->files.len > 0 && c->interfaces.len > 0) {
		fprintf(stderr, "mailtapd: -r and -i exclude each other: read files, or capture live\n");
		return COMMAND_LINE_WRONG;
	}
	return COMMAND_LINE_RUN;
}

void
command_line_clear(struct command_line *c)
{
	free(c->interfaces.at);
	free(c->files.at);
	free(c->sets.at);
	*c = (struct command_line){ .config = NULL };
}
