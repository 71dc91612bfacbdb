package io.entrarelay.faults;

import java.io.IOException;

/** The far end of a sink: reads what has been delivered to it. */
interface Receiver extends AutoCloseable {
  /** The sink's name in the table: {@code files}. */
  String sink();

  /** Adds the records that came since the last call. */
  void receive(Received into) throws IOException;

  @Override
  default void close() {}
}
