package io.entrarelay.collect;

/** Another page took some of these records in between: the window is read again. */
public final class PageConflict extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PageConflict() {
    super(
        "another window took some of this page's records at the same time. The window is read"
            + " again");
  }
}
