package io.entrarelay.record;

import java.util.Arrays;

/** Some records of a batch, each with its revision: 0 for the first content of an id. */
public final class Selection {
  private int size;
  private int[] ordinals;
  private int[] revisions;

  /** An empty selection. */
  public Selection() {
    this(0);
  }

  private Selection(int capacity) {
    ordinals = new int[capacity];
    revisions = new int[capacity];
  }

  /** All records of a batch, as first contents. */
  public static Selection all(RecordBatch batch) {
    Selection all = new Selection(batch.size());
    for (int ordinal = 0; ordinal < batch.size(); ordinal++) {
      all.add(ordinal, 0);
    }
    return all;
  }

  /** Adds a record; the order of adding is the order of the lines. */
  public void add(int ordinal, int revision) {
    if (size == ordinals.length) {
      int capacity = Math.max(64, size * 2);
      ordinals = Arrays.copyOf(ordinals, capacity);
      revisions = Arrays.copyOf(revisions, capacity);
    }
    ordinals[size] = ordinal;
    revisions[size++] = revision;
  }

  /** How many records are selected. */
  public int size() {
    return size;
  }

  /** The ordinal, in its batch, of the selection's record {@code index}. */
  public int ordinal(int index) {
    return ordinals[index];
  }

  /** The revision of the selection's record {@code index}. */
  public int revision(int index) {
    return revisions[index];
  }
}
