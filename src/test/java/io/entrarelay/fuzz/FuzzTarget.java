package io.entrarelay.fuzz;

import java.io.IOException;
import java.util.List;
import java.util.Random;

/** A reader of what others wrote, and what must hold whatever they wrote. */
interface FuzzTarget {
  /**
   * Gives the input to the reader and checks what comes out by a second way.
   *
   * @return what came of it, in few words: an input with a new outcome is one to go on from
   * @throws AssertionError where something doesn't hold: a finding, as any other exception is
   */
  String read(byte[] input) throws Exception;

  /** Sound and odd inputs to begin with, which the fuzzer changes and joins. */
  List<byte[]> seeds(Random random) throws IOException;

  /** The longest input that is tried, in bytes. */
  int longest();
}
