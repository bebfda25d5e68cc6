// What JavaScript adds to every page. Each part finds its own markup and does without it.
import { copies } from "./copy.js";
import { days } from "./day.js";
import { freshTokens } from "./fresh-token.js";
import { menus } from "./menu.js";
import { passkeys } from "./passkeys.js";
import { peopleFields } from "./people-field.js";
import { sendsItself } from "./sends-itself.js";
import { sheets } from "./sheet.js";
import { whoAnswered } from "./who-answered.js";

// Make quick whatever stands below `root`: the page at first, later each piece that arrives.
export function enhance(root) {
  peopleFields(root);
  copies(root);
  days(root);
  menus(root);
  whoAnswered(root); // after the field of people, whose words it sets
  freshTokens(root);
  sendsItself(root);
  passkeys(root);
}

sheets(enhance);
enhance(document);
