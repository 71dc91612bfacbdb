package io.entrarelay.console;

import io.entrarelay.state.DeadLetters.Filter;
import io.entrarelay.state.DeadLetters.Letter;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * The records that were set aside: a page of them, one of them, and what operators do with them.
 */
@Controller
class LettersPage {
  static final int ROWS = 50;

  private final ConsoleParts parts;
  private final LetterActions actions;

  LettersPage(ConsoleParts parts) {
    this.parts = parts;
    this.actions = new LetterActions(parts);
  }

  /**
   * Letters, the first set aside first.
   *
   * @param after the last number of the page before
   */
  @GetMapping("/dead-letters")
  String page(
      @RequestParam(name = "stage", defaultValue = "") String stage,
      @RequestParam(name = "integration", defaultValue = "") String integration,
      @RequestParam(name = "report", defaultValue = "") String report,
      @RequestParam(name = "after", defaultValue = "0") long after,
      Model model) {
    Filter filter = LetterActions.filter(List.of(), stage, integration, report);
    List<Letter> letters = actions.list(filter, after, ROWS + 1);
    boolean more = letters.size() > ROWS;
    List<Letter> shown = more ? letters.subList(0, ROWS) : letters;
    model.addAttribute("letters", shown);
    model.addAttribute("fit", actions.count(filter));
    model.addAttribute("stages", actions.counts());
    model.addAttribute("stage", stage.strip());
    model.addAttribute("integration", integration.strip());
    model.addAttribute("report", report.strip());
    model.addAttribute("after", after);
    model.addAttribute("next", more ? shown.get(ROWS - 1).id() : null);
    model.addAttribute("words", new Words(parts.clock().millis()));
    return "dead-letters";
  }

  /** One letter with its record's bytes. */
  @GetMapping("/dead-letters/{id}")
  String letter(@PathVariable("id") long id, Authentication someone, Model model) {
    LetterActions.Seen seen = actions.see(id, Person.who(someone));
    model.addAttribute("letter", seen.letter());
    model.addAttribute("record", RecordText.of(seen.record()));
    model.addAttribute("cut", seen.record().length > RecordText.MOST);
    model.addAttribute("words", new Words(parts.clock().millis()));
    return "dead-letter";
  }

  @PostMapping("/dead-letters/retry")
  String retry(
      @RequestParam(name = "id", defaultValue = "") List<String> ids,
      @RequestParam(name = "all", defaultValue = "false") boolean all,
      @RequestParam(name = "stage", defaultValue = "") String stage,
      @RequestParam(name = "integration", defaultValue = "") String integration,
      @RequestParam(name = "report", defaultValue = "") String report,
      Authentication someone,
      RedirectAttributes after) {
    try {
      LetterActions.Retried retried =
          actions.retry(meant(ids, all, stage, integration, report), Person.who(someone));
      after.addFlashAttribute(retried.kept() == 0 ? "said" : "refused", said(retried));
    } catch (Refusal e) {
      refused(e, after);
    }
    return back(stage, integration, report, after);
  }

  private static String said(LetterActions.Retried retried) {
    StringBuilder said = new StringBuilder();
    said.append(Words.number(retried.retried()))
        .append(retried.retried() == 1 ? " is on its way." : " are on their way.");
    if (retried.underWay() > 0) {
      said.append(' ').append(Words.number(retried.underWay())).append(" were already.");
    }
    if (retried.kept() > 0) {
      said.append(' ')
          .append(Words.number(retried.kept()))
          .append(retried.kept() == 1 ? " stays. " : " stay. ")
          .append(String.join(". ", retried.reasons()))
          .append('.');
    }
    return retried.more() ? said + " There are more: retry once more." : said.toString();
  }

  /**
   * @param sure whether the person has said that it is for good
   */
  @PostMapping("/dead-letters/drop")
  String drop(
      @RequestParam(name = "id", defaultValue = "") List<String> ids,
      @RequestParam(name = "all", defaultValue = "false") boolean all,
      @RequestParam(name = "stage", defaultValue = "") String stage,
      @RequestParam(name = "integration", defaultValue = "") String integration,
      @RequestParam(name = "report", defaultValue = "") String report,
      @RequestParam(name = "sure", defaultValue = "false") boolean sure,
      Authentication someone,
      RedirectAttributes after) {
    try {
      Filter filter = meant(ids, all, stage, integration, report);
      if (!sure) {
        throw Refusal.invalid("Nothing was dropped. Tick that it is for good, then drop.");
      }
      long dropped = actions.drop(filter, Person.who(someone));
      after.addFlashAttribute(
          "said", Words.number(dropped) + (dropped == 1 ? " was" : " were") + " dropped for good.");
    } catch (Refusal e) {
      refused(e, after);
    }
    return back(stage, integration, report, after);
  }

  private static void refused(Refusal refusal, RedirectAttributes after) {
    if (refusal.status() != HttpStatus.BAD_REQUEST) {
      throw refusal;
    }
    after.addFlashAttribute("refused", refusal.why());
  }

  /** Those that were chosen, or all of a filter where that was said: never all by mistake. */
  private static Filter meant(
      List<String> ids, boolean all, String stage, String integration, String report) {
    if (ids.isEmpty() && !all) {
      throw Refusal.invalid("Choose one at least.");
    }
    return all
        ? LetterActions.filter(List.of(), stage, integration, report)
        : LetterActions.filter(ids, "", "", "");
  }

  /** To the list, with its filter. */
  private static String back(
      String stage, String integration, String report, RedirectAttributes after) {
    put("stage", stage, after);
    put("integration", integration, after);
    put("report", report, after);
    return "redirect:/dead-letters";
  }

  private static void put(String key, String value, RedirectAttributes after) {
    if (!value.isBlank()) {
      after.addAttribute(key, value.strip());
    }
  }
}
