/**
 * The order in which completions of a live hook reach it: that in which they are written (J2), for a replay delivers them so.
 *
 * 1. A completion is delivered once it is kept, and all before it have been delivered.
 * 2. One that is known beforehand - it has no result, and every replay makes the same of it - is delivered while it is
 *    written. Nothing of what the hook then does leaves the sandbox before it is kept (`AttemptJournal.afterKept`).
 * 3. Not many are ahead of the journal at a time, so that one that stands still is not left behind for long.
 */
export interface DeliveryOrder {
  /** Puts a completion at the end. Call what it returns once the completion is kept. */
  add(completion: { isKnown: boolean; deliver: () => void }): () => void;
}

interface Place {
  isKnown: boolean;
  isKept: boolean;
  /** Delivered before it was kept. */
  isAhead: boolean;
  deliver: () => void;
}

/** @param mostAhead completions that are delivered and not kept, at most */
export function createDeliveryOrder(mostAhead: number): DeliveryOrder {
  const places: Place[] = [];
  let ahead = 0;

  const isDue = ({ isKept, isKnown }: Place): boolean => isKept || (isKnown && ahead < mostAhead);
  const deliverDue = (): void => {
    for (let first = places[0]; first !== undefined && isDue(first); first = places[0]) {
      places.shift();
      first.isAhead = !first.isKept;
      if (first.isAhead) ahead += 1;
      first.deliver();
    }
  };
  return {
    add: (completion) => {
      const place: Place = { ...completion, isKept: false, isAhead: false };
      places.push(place);
      deliverDue();
      return () => {
        place.isKept = true;
        if (place.isAhead) ahead -= 1;
        deliverDue();
      };
    },
  };
}
