import { type FigureMeasure, figureMeasures } from "@kalends/domain/figures"
import { Problem } from "@kalends/domain/problem"
import { type FiguresNow, type FiguresQuery, type FiguresView, figurePointsMost } from "@kalends/protocol/figures"
import type { Clock } from "../ports/clock.ts"
import type { FigureSeries } from "../ports/figure-tables.ts"
import type { Store, UserRow } from "../ports/store.ts"

export type PicturesDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly stalenessBoundSeconds: (isPushed: boolean) => number
}

/** An organisation's own figures, for who may see them. */
export interface Pictures {
  /** Throws Problem "unsupported" for a measure that there is not, and for more points than a picture can show. */
  series(by: UserRow, query: FiguresQuery): Promise<FiguresView>
  now(by: UserRow): Promise<FiguresNow>
}

export function createPictures({ store, clock, stalenessBoundSeconds }: PicturesDeps): Pictures {
  const bounds = { pushedSeconds: stalenessBoundSeconds(true), polledSeconds: stalenessBoundSeconds(false) }
  const boundsMs = { pushedMs: bounds.pushedSeconds * 1000, polledMs: bounds.polledSeconds * 1000 }
  const answers = createAnswers<FiguresView>(clock)
  const nowAnswers = createAnswers<FiguresNow>(clock, nowShownMs)
  return {
    async series({ accountId }, query) {
      const asked = askedFor(query)
      return answers.give(
        [accountId, query.measure, query.from, query.to, query.step].join(" "),
        (query.step * 1000) / 12,
        async () => {
          const series = await store.inAccount(accountId, (tables) => tables.figures.sum(asked))
          return { stepSeconds: query.step, series: viewOf(series) }
        },
      )
    },
    now: ({ accountId }) =>
      nowAnswers.give(accountId, nowLifeMs, () =>
        store.inAccount(accountId, async (tables) => {
          const at = clock.now()
          const ages = await tables.figures.knownAges(at, boundsMs)
          return {
            at: at.toString(),
            bounds,
            ages: ages.map(({ oldestMs, ...age }) => ({ ...age, oldestSeconds: oldestMs / 1000 })),
            connections: [...(await tables.figures.countConnections())],
          }
        }),
      ),
  }
}

const answersMost = 200
/** Of how it stands now, which says itself of which moment it is: as often as a page looks again. */
const nowLifeMs = 5_000
/** For so long after that it is still shown while it is renewed. */
const nowShownMs = 60_000
/** A twelfth of a step is not seen in a picture; at most this long. */
const answerLifeMostMs = 60_000

/**
 * Answers of a moment ago, for the many who look at the same picture, and for a page that looks again by itself. Whoever asks
 * first after an answer's life has the old one for `shownMs`, while it is renewed.
 */
function createAnswers<Answer>(clock: Clock, shownMs = 0) {
  const known = new Map<string, { readonly answer: Promise<Answer>; readonly untilMs: number }>()
  return {
    give(key: string, lifeMs: number, work: () => Promise<Answer>): Promise<Answer> {
      const nowMs = clock.now().epochMilliseconds
      const found = known.get(key)
      if (found !== undefined && nowMs < found.untilMs) return found.answer
      const answer = work()
      const kept = { answer, untilMs: nowMs + Math.min(answerLifeMostMs, lifeMs) }
      // One that failed is not kept.
      answer.catch(() => known.delete(key))
      if (found !== undefined && nowMs < found.untilMs + shownMs) {
        known.set(key, { ...found, untilMs: nowMs + lifeMs })
        answer.then(
          () => known.set(key, kept),
          () => {},
        )
        return found.answer
      }
      known.delete(key)
      known.set(key, kept)
      const [oldest] = known.keys()
      if (known.size > answersMost && oldest !== undefined) known.delete(oldest)
      return answer
    },
  }
}

function askedFor({ measure, from, to, step }: FiguresQuery) {
  const span = { from: Temporal.Instant.from(from), to: Temporal.Instant.from(to) }
  if (span.from.until(span.to).total("seconds") > step * figurePointsMost)
    throw new Problem("unsupported", "That is more than a picture can show; ask for a longer step.", {
      code: "too-many-points",
    })
  return { ...span, measures: measure.split(",").map(measureNamed), stepSeconds: step }
}

function measureNamed(name: string): FigureMeasure {
  const found = figureMeasures.find((measure) => measure === name)
  if (found === undefined) throw new Problem("unsupported", "There is no such measure.", { code: "no-such-measure" })
  return found
}

function viewOf(series: readonly FigureSeries[]): FiguresView["series"] {
  // Of few times, each in many points, the text is made once.
  const texts = new Map<Temporal.Instant, string>()
  const textOf = (at: Temporal.Instant) => {
    const text = texts.get(at) ?? at.toString()
    texts.set(at, text)
    return text
  }
  return series.map(({ points, ...of }) => ({
    ...of,
    points: points.map(({ at, counts }) => ({ at: textOf(at), counts })),
  }))
}
