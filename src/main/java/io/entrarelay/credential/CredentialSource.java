package io.entrarelay.credential;

import java.nio.file.Path;

/** Where an integration's certificate and private key are kept. */
public sealed interface CredentialSource {

  /**
   * In files of this machine; a changed file is taken up.
   *
   * @param certificate a PEM file, absolute
   * @param privateKey a PEM file, absolute; may be the same file
   */
  record PemFiles(Path certificate, Path privateKey) implements CredentialSource {}

  /**
   * In the state store, for every node.
   *
   * @param certificate PEM text
   * @param privateKey PEM text as {@link Secrets#seal} has made it
   * @param owner whose key it is: it opens for no other
   */
  record Sealed(String certificate, String privateKey, String owner) implements CredentialSource {
    /** Without the key, sealed or not. */
    @Override
    public String toString() {
      return "Sealed[" + owner + "]";
    }
  }
}
