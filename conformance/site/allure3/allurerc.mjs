// How Allure 3 shows a run: families as environments, findings by requirement. What differs is in the environment.
const { OUTPUT, HISTORY, SINGLE_FILE } = process.env;

const labelled = (wanted, text) => ({ labels }) => labels.some(({ name, value }) => name === wanted && value === text);
const by = (name, statuses, message) => ({ name, matchers: { statuses, message }, groupBy: [{ label: "story" }] });

export default {
  name: "TCP conformance",
  output: OUTPUT,
  historyPath: HISTORY,
  appendHistory: true,
  environments: {
    ipv4: { matcher: labelled("family", "ipv4") },
    ipv6: { matcher: labelled("family", "ipv6") },
  },
  categories: {
    rules: [
      by("Violates a MUST", ["failed"], /^violates/),
      by("Deviates from a SHOULD", ["failed"], /^deviates/),
      by("Known deviation", ["failed"], /^known:/),
      by("No longer deviates", ["failed"], /^conforms, but/),
      by("Inconclusive", ["broken"], /./),
      by("Not offered (MAY)", ["skipped"], /^not offered/),
      by("Not applicable", ["skipped"], /^not applicable/),
    ],
  },
  plugins: {
    awesome: {
      options: { reportName: "TCP conformance", singleFile: SINGLE_FILE === "1", groupBy: ["epic", "feature", "story"] },
    },
  },
};
