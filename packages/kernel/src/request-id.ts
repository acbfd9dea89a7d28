/** What a request may be called by whoever asks, so that one id runs through everything; others get one of ours. */
export const REQUEST_ID = /^[\w.:-]{8,128}$/;
