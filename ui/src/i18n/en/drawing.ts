/** Words on the small drawings; where to measure is said by rule data. */
export default { left: 'N left', right: 'L right', top: 'PE', stake: 'rod', pipe: 'pipe', press: 'press' };
