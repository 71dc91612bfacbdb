package io.entrarelay.console;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.servlet.ModelAndView;

/** A refusal that its page doesn't show by itself. */
@ControllerAdvice(annotations = Controller.class)
class RefusalPage {
  @ExceptionHandler(Refusal.class)
  ModelAndView page(Refusal refusal) {
    ModelAndView page = new ModelAndView("error", refusal.status());
    page.addObject("status", refusal.status().value());
    page.addObject("why", refusal.why());
    return page;
  }
}
