package io.entrarelay.collect;

import io.entrarelay.plan.Intervals;
import io.entrarelay.plan.Window;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a window, page after page. The link to the next page lives here only: it is never
 * stored, since Graph forgets it within minutes. Used by one thread at a time.
 */
public final class Walk {
  private final Feed feed;
  private final Window window;
  private @Nullable String link;
  private int pages;
  private long records;
  private Intervals open = Intervals.NONE;
  private @Nullable Page page;
  private boolean ended;

  Walk(Feed feed, Window window, String firstLink) {
    this.feed = feed;
    this.window = window;
    this.link = firstLink;
  }

  public Feed feed() {
    return feed;
  }

  public Window window() {
    return window;
  }

  /** The page to read next, as it is to be sent; null when the last one was read. */
  public @Nullable String link() {
    return link;
  }

  /** Pages read so far. */
  public int pages() {
    return pages;
  }

  /** Records on these pages, repeated ones too. */
  public long records() {
    return records;
  }

  /** The page under way, null between two pages. */
  public @Nullable Page page() {
    return page;
  }

  /** Whether this is the page that ends the window. */
  boolean isLast() {
    return link == null;
  }

  void arrived(Page page, @Nullable String nextLink) {
    this.page = page;
    this.link = nextLink;
    this.pages++;
    this.records += page.batch().size();
  }

  /** The page has ended, well or badly. */
  void leave() {
    if (page != null) {
      page.close();
      page = null;
    }
  }

  /** Instants whose records are not accounted for: they stay unread. */
  Intervals open() {
    return open;
  }

  void leaveOpen(Intervals slices) {
    open = open.plus(slices);
  }

  void end() {
    leave();
    link = null;
    ended = true;
  }

  public boolean hasEnded() {
    return ended;
  }

  @Override
  public String toString() {
    return feed + " " + window.work() + " " + window.span();
  }
}
