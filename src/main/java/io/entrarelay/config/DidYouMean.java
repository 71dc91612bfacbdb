package io.entrarelay.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that somebody most likely meant. */
public final class DidYouMean {
  private DidYouMean() {}

  /**
   * The closest known name, when it is close enough to be meant: at most a third of its letters
   * differ, or only the group in front of the last dot does.
   */
  public static Optional<String> among(Collection<String> known, String written) {
    String name = written.toLowerCase(Locale.ROOT).replace('_', '-');
    Optional<String> closest =
        known.stream()
            .filter(candidate -> isNear(plain(candidate), plain(name), allowed(candidate)))
            .min(Comparator.comparingInt(candidate -> distance(plain(candidate), plain(name))));
    if (closest.isPresent()) {
      return closest;
    }
    return known.stream()
        .filter(candidate -> lastPart(candidate).equals(lastPart(name)))
        .findFirst();
  }

  /** The sentence for a remedy: what was meant, or what there is. */
  public static String remedy(
      Collection<String> known, String written, Collection<String> otherwise) {
    return among(known, written)
        .map(name -> "Did you mean " + name + "?")
        .orElseGet(() -> "Known here: " + String.join(", ", otherwise));
  }

  public static String remedy(Collection<String> known, String written) {
    return remedy(known, written, known);
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-.]", "");
  }

  private static int allowed(String name) {
    return Math.max(1, Math.min(4, lastPart(name).length() / 3));
  }

  private static String lastPart(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  private static boolean isNear(String one, String other, int allowed) {
    // as many letters differ at least: saves the work for texts that are no names
    return Math.abs(one.length() - other.length()) <= allowed && distance(one, other) <= allowed;
  }

  /** Insertions, deletions, replacements and swaps of neighbours between two names. */
  private static int distance(String one, String other) {
    int[][] cost = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int best = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        best = Math.min(best, cost[i - 1][j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          best = Math.min(best, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = best;
      }
    }
    return cost[one.length()][other.length()];
  }
}
