package io.entrarelay.simulator;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a few records hold that a client may not expect (facts: graph.md section 9): from fault
 * level 2 on unknown properties and enum members, lone surrogates and duplicate keys, at level 3
 * records of up to 8 MiB. It follows from the record, so that a record's bytes stay the same.
 */
final class Oddities {
  static final int LARGEST = 8 * 1024 * 1024;
  private static final int SMALLEST_LARGE = 64 * 1024;
  // room for the record's own properties
  private static final int OWN = 64 * 1024;

  private final long seed;
  private final int level;

  Oddities(long seed, int level) {
    this.seed = Mix.of(seed, 0x0DD);
    this.level = level;
  }

  private boolean strikes(long index, int kind, int oneOf) {
    return level >= 2 && Math.floorMod(Mix.of(seed + kind, index), (long) oneOf) == 0;
  }

  /** A value of an enum, now and then one that no client has heard of. */
  String member(long index, String usual) {
    return strikes(index, 1, 60) ? "announcedIn2031" : usual;
  }

  /** Text, now and then with half of a surrogate pair, as JSON. */
  void name(RecordJson json, long index, String property, @Nullable String usual)
      throws IOException {
    if (strikes(index, 2, 80)) {
      json.raw(property, "\"Zo\\ud83d \\udc4b\\ud83d\"");
    } else {
      json.text(property, usual);
    }
  }

  /** Further members at the end of the record. */
  void write(RecordJson json, long index) throws IOException {
    if (strikes(index, 3, 40)) {
      json.object(
          "newInTheNextVersion",
          object -> {
            object.text("@odata.type", "#microsoft.graph.somethingNew");
            object.raw("numbers", "[1e2,-0.0,12345678901234567890,1.10]");
            object.raw("text", "\"\\u003Ctag\\u003E \\/ \\u0000\"");
          });
    }
    if (strikes(index, 4, 90)) {
      json.text("correlationId", "written-twice");
    }
    if (level >= 3 && strikes(index, 5, 2000)) {
      double part = Mix.unit(Mix.of(seed + 6, index));
      double size = SMALLEST_LARGE * Math.pow((LARGEST - OWN) / (double) SMALLEST_LARGE, part);
      json.text("large", "0123456789abcdef".repeat((int) size / 16));
    }
  }
}
