package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.cli.CollectResult.Report;
import io.entrarelay.cli.CollectResult.Sink;
import io.entrarelay.plan.Intervals;
import io.entrarelay.sink.SinkWorker;
import io.entrarelay.state.Tally;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@code collect} says of what it could not do. */
class CollectResultTest {
  private static CollectResult result(Intervals missing, SinkWorker.@Nullable Problem problem) {
    return result(missing, 1, problem);
  }

  private static CollectResult result(
      Intervals missing, long requests, SinkWorker.@Nullable Problem problem) {
    return new CollectResult(
        List.of(new Report("contoso", "signIns", Tally.NONE, 0, requests, missing, null)),
        List.of(new Sink("files", 0, problem)),
        List.of(),
        missing.isEmpty(),
        false,
        1);
  }

  @Test
  void whereTheTimeWasTooShortItSaysHowToGiveMore() {
    CollectResult result = result(Intervals.of(0, 1), null);
    assertThat(result.trouble())
        .containsExactly(
            "contoso/signIns: not all was read. There was no time for it. Give more with"
                + " --timeout.",
            "The sinks were not done in time; the next start goes on where they are. Give more"
                + " time with --timeout.");
    assertThat(result.exitCode()).isEqualTo(3);
  }

  @Test
  void whereNothingWasAskedItSaysThatTheBudgetWasWaitedFor() {
    assertThat(result(Intervals.of(0, 1), 0, null).trouble())
        .first()
        .isEqualTo(
            "contoso/signIns: not all was read. No request was sent yet: after a start the budget"
                + " of the process before is waited for (relay.graph.budget). Give more time with"
                + " --timeout.");
  }

  @Test
  void aSinkThatIsStuckIsNamedWithItsReason() {
    SinkWorker.Problem full = new SinkWorker.Problem("can't write under out", Instant.EPOCH);
    assertThat(result(Intervals.NONE, full).trouble())
        .containsExactly(
            "sink files: not all was delivered, and nothing is lost. can't write under out");
  }
}
