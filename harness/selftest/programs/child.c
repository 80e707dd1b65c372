// Talks over stdin and stdout: every line is a JSON text and gets one line back. Ends with the end of stdin.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int number = 0;

static void answer(char *line) {
  if (strcmp(line, "\"ping\"") == 0) {
    printf("\"pong\"\n");
  } else if (strcmp(line, "\"add\"") == 0) {
    number += 1;
    printf("%d\n", number);
  } else if (strcmp(line, "\"get\"") == 0) {
    printf("%d\n", number);
  } else {
    printf("%s\n", line);
  }
  fflush(stdout);
}

int main(void) {
  char line[4096];
  signal(SIGPIPE, SIG_IGN);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    answer(line);
  }
  return 0;
}
