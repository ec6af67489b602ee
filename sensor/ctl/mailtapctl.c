/* SPDX-License-Identifier: Apache-2.0
 *
 * mailtapctl: the operator's tool.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/command.h"

#define DEFAULT_CONFIG MAILTAP_SYSCONFDIR "/mailtap/mailtapd.yaml"

const struct ctl_command ctl_commands[] = {
	{ "tail", NULL, "", "follow the alerts in Redis as they come", ctl_tail },
	{ "show", NULL, "ALERT-ID", "one alert in full, by its id or the beginning of it", ctl_show },
	{ "status", NULL, "", "what the daemon is doing: interfaces, sinks, memory", ctl_status },
	{ "stats", NULL, "", "every counter of the daemon", ctl_stats },
	{ "services", NULL, "", "the mail servers that were seen at work", ctl_services },
	{ "reload", NULL, "", "let the daemon read its configuration again", ctl_reload },
	{ "check", NULL, "FILE", "check a configuration or rule file", ctl_check },
	{ "rules", "test", "FILE PCAP", "what the rules of FILE would have said of PCAP", ctl_rules_test },
	{ "rules", "fields", "", "the fields that rules can ask for", ctl_rules_fields },
	{ NULL, NULL, NULL, NULL, NULL },
};

enum { OPT_JSON = 256, OPT_GROUP, OPT_RULE, OPT_SEVERITY, OPT_LAST, OPT_COUNT, OPT_REDIS, OPT_SOCKET, OPT_PLAIN };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "redis", required_argument, NULL, OPT_REDIS },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "rule", required_argument, NULL, OPT_RULE },
	{ "severity", required_argument, NULL, OPT_SEVERITY },
	{ "last", required_argument, NULL, OPT_LAST },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "no-colour", no_argument, NULL, OPT_PLAIN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
print_help(FILE *out)
{
	fputs("usage: mailtapctl [-c FILE] [OPTIONS] COMMAND [ARGUMENT...]\n\n", out);
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		fprintf(out, "  %-8s%-6s %-9s %s\n", c->name, c->second != NULL ? c->second : "", c->arguments, c->help);
	fputs("\n"
	      "  -c FILE          the daemon's configuration (default " DEFAULT_CONFIG ")\n"
	      "  --socket PATH    the daemon's control socket, instead of daemon.control.path\n"
	      "  --redis ADDRESS  host:port or unix:/path, instead of publish.redis.address\n"
	      "  --json           documents and answers as JSON\n"
	      "  --last N         tail: begin with the N latest alerts\n"
	      "  --count N        tail: leave after N alerts\n"
	      "  --rule NAME      tail: only this rule\n"
	      "  --severity WORD  tail: low, medium, high or critical, and above\n"
	      "  --group NAME     tail: read as a member of a consumer group, and acknowledge what was shown\n"
	      "  --no-colour      plain text also on a terminal\n"
	      "  -h, -V           this text; the version\n"
	      "\n"
	      "Exit status: 0 done, 1 usage or configuration error, 2 daemon or Redis cannot be reached, 3 not found.\n",
	    out);
}

static bool
read_count(const char *name, const char *text, unsigned long long *out)
{
	uint64_t value;

	if (!bytes_decimal(bytes_str(text), INT64_MAX, &value)) {
		fprintf(stderr, "mailtapctl: --%s %s: say a whole number\n", name, text);
		return false;
	}
	*out = value;
	return true;
}

static bool
take(struct ctl *c, const char **config, int option)
{
	switch (option) {
	case 'c':
		*config = optarg;
		return true;
	case OPT_SOCKET:
		c->socket = optarg;
		return true;
	case OPT_REDIS:
		c->redis = optarg;
		return true;
	case OPT_JSON:
		c->json = true;
		return true;
	case OPT_GROUP:
		c->group = optarg;
		return true;
	case OPT_RULE:
		c->rule = optarg;
		return true;
	case OPT_LAST:
		return read_count("last", optarg, &c->last);
	case OPT_COUNT:
		return read_count("count", optarg, &c->count);
	case OPT_PLAIN:
		c->colour = false;
		return true;
	case OPT_SEVERITY:
		if (severity_parse(bytes_str(optarg), &c->severity))
			return true;
		fprintf(stderr, "mailtapctl: --severity %s: say low, medium, high or critical\n", optarg);
		return false;
	default:
		fprintf(stderr, "mailtapctl: see mailtapctl --help\n");
		return false;
	}
}

static void
say(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "mailtapctl: %s\n", line);
}

/* Whose words these are; `words` ends with NULL. */
static const struct ctl_command *
find_command(char *const *words)
{
	for (const struct ctl_command *c = ctl_commands; c->name != NULL; c++)
		if (strcmp(c->name, words[0]) == 0 &&
		    (c->second == NULL || (words[1] != NULL && strcmp(c->second, words[1]) == 0)))
			return c;
	fprintf(stderr, "mailtapctl: %s%s%s: no such command; see mailtapctl --help\n", words[0],
	    words[1] != NULL ? " " : "", words[1] != NULL ? words[1] : "");
	return NULL;
}

static int
words_in(const char *text)
{
	int count = text[0] != '\0';

	for (; *text != '\0'; text++)
		count += *text == ' ';
	return count;
}

int
main(int argc, char **argv)
{
	struct ctl c = { .colour = isatty(STDOUT_FILENO) == 1, .severity = SEVERITY_LOW };
	struct complaints complaints = { .say = say };
	const struct ctl_command *command;
	const char *config = access(DEFAULT_CONFIG, R_OK) == 0 ? DEFAULT_CONFIG : NULL;
	struct settings *settings;
	int option, status;

	signal(SIGPIPE, SIG_DFL);
	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1) {
		if (option == 'h') {
			print_help(stdout);
			return CTL_DONE;
		}
		if (option == 'V') {
			printf("mailtapctl %s\n", MAILTAP_VERSION);
			return CTL_DONE;
		}
		if (!take(&c, &config, option))
			return CTL_WRONG;
	}
	if (optind >= argc) {
		print_help(stderr);
		return CTL_WRONG;
	}
	command = find_command(argv + optind);
	if (command == NULL)
		return CTL_WRONG;
	optind += command->second != NULL ? 2 : 1;
	c.argc = argc - optind;
	c.argv = argv + optind;
	if (c.argc != words_in(command->arguments)) {
		fprintf(stderr, "usage: mailtapctl %s%s%s %s\n", command->name, command->second != NULL ? " " : "",
		    command->second != NULL ? command->second : "", command->arguments);
		return CTL_WRONG;
	}
	settings = settings_load(config, NULL, 0, &complaints);
	if (settings == NULL)
		return CTL_WRONG;
	c.settings = settings;
	c.config = config;
	if (c.socket == NULL)
		c.socket = settings->daemon.control_path;
	if (c.redis == NULL)
		c.redis = settings->publish.redis.address;
	status = command->run(&c);
	settings_free(settings);
	return status;
}
