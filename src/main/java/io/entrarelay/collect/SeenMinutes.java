package io.entrarelay.collect;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.entrarelay.state.Store;

/** The seen sets of all feeds by minute, as many in memory as fit, the others in the store. */
public final class SeenMinutes {
  /** The span of event time of one set, milliseconds, whatever the length of a slice. */
  public static final long MINUTE = 60_000;

  private record Key(long feed, long minute) {}

  private final Store store;
  private final Cache<Key, SeenMinute> cache;

  /**
   * @param bytes the memory that cached sets may take, about
   */
  public SeenMinutes(Store store, long bytes) {
    this.store = store;
    this.cache =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(bytes)
            .weigher((Key key, SeenMinute minute) -> minute.bytes())
            .build();
  }

  /** The minute of an instant: epoch milliseconds of its start. */
  static long minute(long instant) {
    return Math.floorDiv(instant, MINUTE) * MINUTE;
  }

  /** The set of a minute; the caller holds the feed's lock. */
  SeenMinute get(long feed, long minute) {
    return cache.get(new Key(feed, minute), key -> SeenMinute.of(store.seen(key.feed, key.minute)));
  }

  /** Tells the cache that the set has grown. */
  void grown(long feed, long minute, SeenMinute set) {
    cache.put(new Key(feed, minute), set);
  }

  /** Memory that the cached sets take, about. */
  long bytes() {
    cache.cleanUp();
    return cache.asMap().values().stream().mapToLong(SeenMinute::bytes).sum();
  }

  /** Forgets what is in memory of a feed: another process may have taken more of it. */
  void forget(long feed) {
    cache.asMap().keySet().removeIf(key -> key.feed == feed);
  }
}
