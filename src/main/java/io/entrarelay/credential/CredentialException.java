package io.entrarelay.credential;

import java.nio.file.Path;

/**
 * A credential that is refused. The message is for people: code, file, cause in plain words, and
 * what to do; it quotes nothing of the file but labels and line numbers. Where the remedy is a
 * command, the message ends with it, so that it can be pasted.
 */
public final class CredentialException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Refusal code;
  private final transient Path path;
  private final String reason;
  private final String remedy;

  CredentialException(Refusal code, Path path, String reason, String remedy) {
    super(code + ": " + path + ": " + reason + ". " + remedy);
    this.code = code;
    this.path = path;
    this.reason = reason;
    this.remedy = remedy;
  }

  public Refusal code() {
    return code;
  }

  /** The file that is refused. */
  public Path path() {
    return path;
  }

  /** What is wrong, in plain words, without a full stop. */
  public String reason() {
    return reason;
  }

  /** What to do about it: sentences, the last of which may be a command to paste. */
  public String remedy() {
    return remedy;
  }
}
