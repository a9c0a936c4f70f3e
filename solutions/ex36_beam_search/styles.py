"""Right answers to ex36 in other styles."""

import heapq

import numpy as np
from grader import style


@style("one array of scores a step, sorted stably")
def search_in_arrays(next_log_probabilities, prompt, steps, width, end=None, alpha=0.0):
    texts, totals = [np.array(prompt)], np.zeros(1)
    start = len(prompt)

    def length(text):
        return max(len(text) - start, 1)

    def ended(text):
        return len(text) > start and end is not None and text[-1] == end

    for _ in range(steps):
        if all(map(ended, texts)):
            break
        grown, sums = [], []
        for text, total in zip(texts, totals):
            if ended(text):
                grown.append([text])
                sums.append(np.array([total]))
            else:
                rows = np.asarray(next_log_probabilities(text))
                grown.append([np.append(text, token) for token in range(rows.size)])
                sums.append(total + rows)
        texts = [text for group in grown for text in group]
        totals = np.concatenate(sums)
        lengths = np.array([length(text) for text in texts])
        best = np.argsort(-totals / lengths**alpha, kind="stable")[:width]
        texts, totals = [texts[i] for i in best], totals[best]
    return texts[0].tolist(), float(totals[0]) / length(texts[0]) ** alpha


@style("a heap, beams as dictionaries")
def search_with_a_heap(next_log_probabilities, prompt, steps, width, end=None, alpha=0.0):
    beams = [{"text": tuple(prompt), "sum": 0.0, "new": 0, "score": 0.0, "open": True}]
    for _ in range(steps):
        heap = []
        for place, beam in enumerate(beams):
            if not beam["open"]:
                heap.append((-beam["score"], place, 0, beam))
                continue
            for token, gain in enumerate(next_log_probabilities(list(beam["text"]))):
                if gain == float("-inf"):
                    continue
                longer = {
                    "text": (*beam["text"], token),
                    "sum": beam["sum"] + gain,
                    "new": beam["new"] + 1,
                    "open": token != end,
                }
                longer["score"] = longer["sum"] / pow(longer["new"], alpha)
                heap.append((-longer["score"], place, token, longer))
        beams = [item[-1] for item in heapq.nsmallest(width, heap, key=lambda item: item[:3])]
    return list(beams[0]["text"]), beams[0]["score"]


@style("recursion over the steps")
def search_recursively(next_log_probabilities, prompt, steps, width, end=None, alpha=0.0):
    def value(new, total):
        return 0.0 if not new else total * float(len(new)) ** -alpha

    def from_here(beams, left):
        if left == 0:
            return beams[0]
        candidates = []
        for new, total in beams:
            if new and end is not None and new[-1] == end:
                candidates.append((new, total))
            else:
                logs = next_log_probabilities(prompt + new)
                candidates += [(new + [t], total + logs[t]) for t in range(len(logs))]
        order = sorted(range(len(candidates)), key=lambda i: (-value(*candidates[i]), i))
        return from_here([candidates[i] for i in order[:width]], left - 1)

    new, total = from_here([([], 0.0)], steps)
    return prompt + new, value(new, total)
