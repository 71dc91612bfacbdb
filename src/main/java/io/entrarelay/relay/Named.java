package io.entrarelay.relay;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that say what they are for and don't hold up the end of the process. */
final class Named implements ThreadFactory {
  private final String name;
  private final AtomicInteger count = new AtomicInteger();

  Named(String name) {
    this.name = name;
  }

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
