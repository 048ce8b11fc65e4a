/** 上门的一路：从测电到签字完工 */
export default {
  next: { safety: '下一步：安全测电', fees: '下一步：费用', finish: '下一步：完工' },
  goOn: '下一步',
  rectifyOther: '整改了别的，写一下',
  flows: '小数填满 {count} 位，自动记下；按任意键可停',
  parts: '换了{list}',
  toPlate: '缺铭牌上的数，去补',
  toBench: '测完了，回到送修',
  sign: '用户签字',
  signFor: '费用 {money}。请用户本人写下姓名，完工时一起记下。',
  signName: '用户姓名（本人写）',
  signed: '用户已签字',
  signExplains: '用户签了字，讲解指导就算做了',
  last: { bothDone: '维护保养做了，其他电器都正常', maintained: '维护保养做了', allNormal: '其他电器都正常' },
};
