/** Tables of the desk: filter, order */
export default {
  filter: 'Filter',
  fits: '{count} of {of} rows',
  noFit: 'No row has “{text}”',
  clear: 'Clear the filter',
};
