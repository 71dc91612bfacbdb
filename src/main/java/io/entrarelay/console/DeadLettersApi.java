package io.entrarelay.console;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.entrarelay.state.DeadLetter;
import io.entrarelay.state.DeadLetters;
import io.entrarelay.state.DeadLetters.Filter;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The records that were set aside. */
@RestController
@RequestMapping(ApiRules.BASE + "/dead-letters")
class DeadLettersApi {
  private final LetterActions actions;

  DeadLettersApi(ConsoleParts parts) {
    this.actions = new LetterActions(parts);
  }

  /** A letter without its record. */
  @Schema(name = "DeadLetterSummary")
  record Letter(
      long id,
      @Schema(description = "where: cut, mapping.<form> or sink.<name>") String stage,
      @Schema(description = "why; of a mapping without what it quotes of the record") String reason,
      @Schema(description = "the record's form; absent where it is Graph's own")
          @Nullable String form,
      String integration,
      String report,
      String tenantId,
      @Schema(description = "when its page was read") Instant collected,
      @Schema(description = "0 for the first content of its id; -1 where it isn't known")
          int revision,
      @Schema(description = "when it was set aside") Instant first,
      @Schema(description = "when for the last time") Instant last,
      @Schema(description = "how often") int times,
      @Schema(description = "whether it is on its way to its sink once more") boolean onItsWay,
      @Schema(description = "of its record") int bytes) {
    private static Letter of(DeadLetters.Letter letter, String reason) {
      return new Letter(
          letter.id(),
          letter.stage(),
          reason,
          letter.form(),
          letter.integration(),
          letter.report(),
          letter.tenantId(),
          Instant.ofEpochMilli(letter.collectedAt()),
          letter.revision(),
          Instant.ofEpochMilli(letter.firstAt()),
          Instant.ofEpochMilli(letter.lastAt()),
          letter.times(),
          letter.isRetried(),
          letter.bytes());
    }

    /** What a mapping says may quote the record, which is personal data. */
    private static Letter of(DeadLetters.Letter letter) {
      String reason = letter.reason();
      int place = letter.stage().startsWith(DeadLetter.MAPPING) ? reason.indexOf(": ") : -1;
      return of(letter, place < 0 ? reason : reason.substring(0, place));
    }
  }

  /** Some of them. */
  @Schema(name = "DeadLetters")
  record Letters(
      @Schema(description = "how many fit") long found,
      List<Letter> deadLetters,
      @Schema(description = "what to give as after for the next ones; absent where there are none")
          @Nullable Long after) {}

  @GetMapping
  @Operation(summary = "The records that were set aside, without their content, oldest first.")
  Letters deadLetters(
      @Parameter(description = "only of this stage: cut, mapping.<form> or sink.<name>")
          @RequestParam(name = "stage", defaultValue = "")
          String stage,
      @Parameter(description = "only of this integration")
          @RequestParam(name = "integration", defaultValue = "")
          String integration,
      @Parameter(description = "only of this report")
          @RequestParam(name = "report", defaultValue = "")
          String report,
      @Parameter(description = "only those with higher ids")
          @RequestParam(name = "after", defaultValue = "0")
          long after,
      @Parameter(description = "so many at most, 1 to 200")
          @RequestParam(name = "size", defaultValue = "50")
          int size) {
    Paging.size(size);
    Filter filter = LetterActions.filter(List.of(), stage, integration, report);
    List<DeadLetters.Letter> found = actions.list(filter, after, size + 1);
    boolean more = found.size() > size;
    List<DeadLetters.Letter> shown = more ? found.subList(0, size) : found;
    return new Letters(
        actions.count(filter),
        shown.stream().map(Letter::of).toList(),
        more ? shown.get(size - 1).id() : null);
  }

  /** A letter with its record. */
  @Schema(name = "DeadLetter")
  record Whole(
      @JsonUnwrapped Letter letter,
      @Schema(description = "its original bytes, as base64: what was set aside may be no text")
          byte[] record) {}

  @GetMapping("/{id}")
  @Operation(
      summary = "One of them with its original bytes.",
      description = "They are personal data: that someone has seen them is in the audit log.")
  Whole deadLetter(
      @Parameter(description = "its number") @PathVariable("id") long id, Authentication someone) {
    LetterActions.Seen seen = actions.see(id, Person.who(someone));
    return new Whole(Letter.of(seen.letter(), seen.letter().reason()), seen.record());
  }

  /** Which letters are meant. */
  @Schema(name = "DeadLetterChoice", description = "those with these ids, or all that fit the rest")
  record Choice(
      @Nullable List<Long> ids,
      @Schema(description = "true, where there are no ids: never all by mistake")
          @Nullable Boolean all,
      @Nullable String stage,
      @Nullable String integration,
      @Nullable String report) {
    private Filter filter() {
      boolean named = ids != null && !ids.isEmpty();
      boolean byFilter = stage != null || integration != null || report != null;
      if (named == Boolean.TRUE.equals(all) || (named && byFilter)) {
        throw ApiAdvice.wrong(
            new ApiAdvice.Error(
                "ids",
                "are missing, or there is something beside them",
                "Give ids alone; or all, with stage, integration and report as you like"));
      }
      return LetterActions.filter(
          ids == null ? List.of() : ids.stream().map(String::valueOf).toList(),
          text(stage),
          text(integration),
          text(report));
    }

    private static String text(@Nullable String given) {
      return given == null ? "" : given;
    }
  }

  /** What became of them. */
  @Schema(name = "Retried")
  record Retried(
      @Schema(description = "that are on their way now") long retried,
      @Schema(description = "that were already") long underWay,
      @Schema(description = "that stay") long kept,
      @Schema(description = "why the first of these do") List<String> reasons,
      @Schema(description = "whether there are more, which were not tried in this time: ask again")
          boolean more) {}

  @PostMapping("/retry")
  @Operation(summary = "Tries dead letters once more.")
  Retried retryDeadLetters(@RequestBody Choice choice, Authentication someone) {
    LetterActions.Retried retried = actions.retry(choice.filter(), Person.who(someone));
    return new Retried(
        retried.retried(), retried.underWay(), retried.kept(), retried.reasons(), retried.more());
  }

  /** How many are gone. */
  @Schema(name = "Dropped")
  record Dropped(long dropped) {}

  @PostMapping("/drop")
  @Operation(summary = "Drops dead letters for good; those on their way stay.")
  Dropped dropDeadLetters(@RequestBody Choice choice, Authentication someone) {
    return new Dropped(actions.drop(choice.filter(), Person.who(someone)));
  }
}
