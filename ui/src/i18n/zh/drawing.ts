/** 小图上的字；量在哪儿由规则数据说。 */
export default { left: '左零', right: '右火', top: '上地', stake: '接地极', pipe: '水管', press: '按' };
